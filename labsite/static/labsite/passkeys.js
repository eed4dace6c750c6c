/* Passkeys: asks the server what to ask, asks the browser, and posts its answer as an ordinary form. */
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (text) => {
    const plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toText = (buffer) => {
    let plain = "";
    for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
    return window.btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const withBytes = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

  const ask = async (form) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(form.dataset.question, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!answer.ok || answer.redirected) throw new Error("no question");
    const options = await answer.json();
    options.challenge = toBytes(options.challenge);
    if (form.dataset.passkey === "add") {
      options.user.id = toBytes(options.user.id);
      options.excludeCredentials = withBytes(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = withBytes(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  };

  const write = (credential) => {
    const given = credential.response;
    const response = { clientDataJSON: toText(given.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[name]) response[name] = toText(given[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: {},
    });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const place = form.querySelector("[data-says]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      place.textContent = "";
      try {
        form.elements.credential.value = write(await ask(form));
      } catch {
        place.textContent = form.dataset.failed;
        return;
      }
      form.submit();
    });
  }
})();
