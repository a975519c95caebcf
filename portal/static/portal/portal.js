/* Everything also works without this file: it only makes leaving faster and sending once. No inline code, no storage. */
(() => {
  "use strict";
  const doc = document, root = doc.documentElement, exit = doc.querySelector("form[data-exit]");
  if (exit) {
    const say = doc.createElement("span");
    let presses = 0, timer = 0, mixed = false;
    const leave = () => {
      doc.title = " ";
      doc.body.hidden = true;
      fetch(exit.action, {method: "POST", body: new URLSearchParams(new FormData(exit)), keepalive: true, redirect: "manual"}).catch(() => {});
      location.replace(exit.dataset.exit);
    };
    const forget = () => { presses = 0; say.textContent = ""; };
    say.className = "vh";
    say.setAttribute("role", "status");
    exit.after(say);
    exit.addEventListener("submit", event => { event.preventDefault(); leave(); });
    doc.addEventListener("keyup", event => {
      if (event.key === "Shift" && !mixed) {
        clearTimeout(timer);
        presses += 1;
        if (presses > 2) { leave(); return; }
        say.textContent = presses === 1 ? exit.dataset.two : exit.dataset.one;
        timer = setTimeout(forget, 5000);
      } else if (presses) forget();
      mixed = event.shiftKey;
    }, true);
  }
  addEventListener("pageshow", event => { if (event.persisted) { doc.body.hidden = true; location.reload(); } });
  doc.addEventListener("visibilitychange", () => root.classList.toggle("blur", doc.hidden && "discreet" in root.dataset));
  doc.addEventListener("submit", event => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  doc.querySelector(".errsum, [data-focus]")?.focus();
  const idle = doc.querySelector("[data-idle]");
  if (idle) {
    const words = idle.querySelector("p"), soon = words.textContent, minute = 60000;
    let wait = 0;
    const late = () => { words.textContent = idle.dataset.late; idle.hidden = false; };
    const warn = () => { idle.hidden = false; wait = setTimeout(late, idle.dataset.left * minute); };
    const watch = () => { idle.hidden = true; words.textContent = soon; clearTimeout(wait); wait = setTimeout(warn, idle.dataset.idle * minute); };
    idle.addEventListener("submit", event => {
      event.preventDefault();
      fetch(event.target.action, {method: "POST", body: new URLSearchParams(new FormData(event.target)), redirect: "manual"})
        .then(answer => answer.ok ? watch() : late()).catch(() => {});
    });
    watch();
  }
})();
