/* Passkeys: asks the browser for a credential and sends the form with it. Nothing else. */
(function () {
  'use strict'
  if (!window.PublicKeyCredential || !navigator.credentials) return

  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0)).buffer
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }))

  function asked (options) {
    const asked = { ...options, challenge: bytes(options.challenge) }
    if (options.allowCredentials) asked.allowCredentials = keys(options.allowCredentials)
    if (options.excludeCredentials) asked.excludeCredentials = keys(options.excludeCredentials)
    if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) }
    return asked
  }

  function answered (credential) {
    const response = {}
    for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (credential.response[part]) response[part] = text(credential.response[part])
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports()
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response
    })
  }

  async function options (form) {
    if (form.dataset.passkey === 'login') {
      const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
      if (!answer.ok) throw new Error(String(answer.status))
      return (await answer.json()).request_options.publicKey
    }
    const data = JSON.parse(document.getElementById(form.dataset.source).textContent)
    return (data.request_options || data.creation_options).publicKey
  }

  async function ask (form) {
    const publicKey = asked(await options(form))
    if (form.dataset.passkey !== 'make') return navigator.credentials.get({ publicKey })
    const alone = form.elements.passwordless && form.elements.passwordless.checked
    const wish = publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection }
    wish.residentKey = alone ? 'required' : 'discouraged'
    wish.requireResidentKey = Boolean(alone)
    if (alone) wish.userVerification = 'required'
    return navigator.credentials.create({ publicKey })
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const problem = form.querySelector('[data-passkey-problem]')
    form.hidden = false
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      problem.hidden = true
      try {
        form.elements.credential.value = answered(await ask(form))
        form.submit()
      } catch {
        problem.hidden = false
      }
    })
  }
})()
