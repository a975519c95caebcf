/* A meeting without waiting: a tap is shown at once and sent again when the line is back, the clock counts down, signals come in.
   Everything works without this file. What waits to be sent is kept in this page alone; nothing is stored in the browser. */
(() => {
  "use strict";
  const doc = document, form = doc.querySelector("form[data-attendance]");
  if (form) {
    const said = form.querySelector("[data-said]"), noted = form.querySelector("[data-noted]");
    const waiting = new Map();
    let busy = false, stuck = "", timer = 0, tries = 0;
    const say = words => { if (said.textContent !== words) said.textContent = words; };
    const buttons = person => [...form.querySelectorAll("button[data-mark]")].filter(one => one.dataset.person === person);
    const show = (person, mark) => {
      for (const one of buttons(person)) {
        const on = one.dataset.mark === mark;
        one.setAttribute("aria-pressed", on);
        one.value = `${person}|${on ? "" : one.dataset.mark}`;
      }
      noted.textContent = new Set([...form.querySelectorAll("button[aria-pressed=true]")].map(one => one.dataset.person)).size;
    };
    const kept = new Map([...form.querySelectorAll("button[aria-pressed=true]")].map(one => [one.dataset.person, one.dataset.mark]));
    /* Say what became of one tap: true when it is settled, one way or the other. */
    const settle = async (person, mark, answer) => {
      if (answer.status === 409) {
        waiting.delete(person);
        show(person, kept.get(person) || "");
        return (await answer.json()).said;
      }
      kept.set(person, mark);
      if (waiting.get(person) === mark) waiting.delete(person);
      return form.dataset.saved;
    };
    const post = (person, mark) => fetch(form.action, {
      method: "POST",
      headers: {Accept: "application/json"},
      body: new URLSearchParams({csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, tap: `${person}|${mark}`}),
      redirect: "manual",
      signal: AbortSignal.timeout(15000),
    });
    const send = async () => {
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      let words = "";
      stuck = "";
      while (waiting.size && !stuck) {
        const [person, mark] = waiting.entries().next().value;
        try {
          const answer = await post(person, mark);
          if (answer.status === 204 || answer.status === 409) words = await settle(person, mark, answer);
          else stuck = answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404 ? form.dataset.out : form.dataset.later;
        } catch { stuck = form.dataset.later; }
      }
      busy = false;
      if (stuck) {
        say(stuck.replace("#", waiting.size));
        timer = setTimeout(send, Math.min(15000, 1000 * 2 ** tries));
        tries += 1;
      } else if (words) {
        tries = 0;
        say(words);
      }
    };
    form.addEventListener("submit", event => {
      const button = event.submitter;
      if (!button || !("mark" in button.dataset)) return;
      event.preventDefault();
      const person = button.dataset.person, mark = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.mark;
      show(person, mark);
      waiting.delete(person);
      waiting.set(person, mark);
      if (!stuck) say("");
      send();
    });
    addEventListener("online", () => { tries = 0; send(); });
    addEventListener("beforeunload", event => { if (waiting.size && !doc.body.hidden) event.preventDefault(); });
  }

  const tick = () => {
    const clock = doc.querySelector("[data-until]");
    if (!clock) return;
    clock.opened ??= Date.now();
    const left = clock.dataset.until - Math.round((Date.now() - clock.opened) / 1000);
    const words = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : clock.dataset.over;
    if (clock.textContent !== words) clock.textContent = words;
  };
  tick();
  setInterval(tick, 1000);

  if (doc.querySelector("[data-live]")) {
    const look = async () => {
      try {
        const answer = await fetch(location.pathname, {redirect: "manual"});
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const old of doc.querySelectorAll("[data-fresh]")) {
          const next = fresh.getElementById(old.id);
          if (!next || next.dataset.fresh === old.dataset.fresh || old.contains(doc.activeElement)) continue;
          old.replaceChildren(...next.childNodes);
          old.dataset.fresh = next.dataset.fresh;
        }
        if (!fresh.querySelector("[data-live]")) clearInterval(pulse);
      } catch { /* the line is gone; the next look comes */ }
    };
    const pulse = setInterval(look, doc.querySelector("[data-live]").dataset.live * 1000);
  }
})();
