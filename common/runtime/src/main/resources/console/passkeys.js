// Passkeys: adds one on the account's page, and signs in with one on the sign-in page. Without this script there are none.
(() => {
  'use strict';
  const button = document.querySelector('[data-passkey]');
  if (!button) return;
  const problem = document.querySelector('#passkey-problem');
  const say = (text) => {
    problem.querySelector('p').textContent = text;
    problem.hidden = !text;
  };
  const post = async (path, body) => {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [button.dataset.csrfHeader]: button.dataset.csrf },
      body: JSON.stringify(body),
    });
    const isJson = response.headers.get('Content-Type')?.includes('json');
    const answer = isJson ? await response.json() : {};
    if (!response.ok) throw new Error(answer.problem || 'The gateway did not take it. Load this page again, and try once more.');
    return answer;
  };
  const refused = new Set(['NotAllowedError', 'AbortError']);
  const words = (error) => {
    if (refused.has(error.name)) return 'Nothing was done: the browser was told no, or no passkey was chosen in time.';
    if (error.name === 'InvalidStateError') return 'This device has a passkey for you already.';
    return error.message;
  };
  const add = async () => {
    const label = document.querySelector('#passkey-label');
    if (!label.reportValidity()) return;
    const options = await post('/console/account/passkeys/options', {});
    const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    const answer = await post(`/console/account/passkeys?label=${encodeURIComponent(label.value)}`, made.toJSON());
    location.assign(answer.url);
  };
  const signIn = async () => {
    const options = await post('/sign-in/passkey/options', {});
    const proof = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    const answer = await post('/sign-in/passkey', proof.toJSON());
    location.assign(answer.url);
  };
  button.addEventListener('click', async () => {
    say('');
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
      say('This browser has no passkeys, or is too old for them.');
      return;
    }
    button.disabled = true;
    try {
      await (button.dataset.passkey === 'add' ? add() : signIn());
    } catch (error) {
      say(words(error));
    } finally {
      button.disabled = false;
    }
  });
})();
