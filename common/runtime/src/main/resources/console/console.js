// The console's own behaviour: keyboard, times, theme, title and notifications. Pages work without it, but for live updates.
(() => {
  'use strict';
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Times, relative to now; the exact one is the title.
  const words = (seconds) => {
    if (seconds < 90) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 90) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
  };
  const offset = Number(document.documentElement.dataset.now || Date.now()) - Date.now();
  const tick = () => {
    const now = Date.now() + offset;
    for (const time of $$('time[data-ago]')) {
      const seconds = Math.round((now - Date.parse(time.dateTime)) / 1000);
      const text = seconds < 0 ? `in ${words(-seconds)}` : seconds < 2 ? 'now' : `${words(seconds)} ago`;
      if (time.textContent !== text) time.textContent = text;
    }
    for (const time of $$('time[data-left]')) {
      const seconds = Math.round((Date.parse(time.dateTime) - now) / 1000);
      const text = seconds <= 0 ? 'time is up' : `${words(seconds)} left`;
      if (time.textContent !== text) time.textContent = text;
      time.classList.toggle('soon', seconds < 120);
    }
  };
  setInterval(tick, 1000);
  document.addEventListener('htmx:load', tick);

  // Theme
  const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* none */ } };
  // A request under way that is refused because the person signs out must not lead elsewhere than the sign-out does.
  let isLeaving = false;
  document.addEventListener('submit', (event) => {
    isLeaving = isLeaving || (event.target.getAttribute('action') ?? '').endsWith('/sign-out');
  });
  document.addEventListener('htmx:beforeOnLoad', (event) => { if (isLeaving) event.preventDefault(); });
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  document.addEventListener('click', (event) => {
    const asks = event.target.closest('[data-needs]');
    const missing = asks && $$(asks.dataset.needs).find((field) => !field.value);
    if (missing) {
      event.preventDefault();
      missing.focus();
      toast(missing.name === 'code' ? 'Type the code of your app, too' : 'Type your password to approve what is critical');
      return;
    }
    const target = event.target.closest('[data-do]');
    if (!target) return;
    switch (target.dataset.do) {
      case 'theme': {
        const root = document.documentElement;
        const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        root.dataset.theme = dark ? 'light' : 'dark';
        store('ocg-theme', root.dataset.theme);
        break;
      }
      case 'menu': {
        const open = $('.nav').classList.toggle('open');
        target.setAttribute('aria-expanded', String(open));
        break;
      }
      case 'help': $('#help').showModal(); break;
      case 'close': target.closest('dialog').close(); break;
      case 'copy':
        navigator.clipboard?.writeText($(target.dataset.what).textContent.trim());
        toast('Copied');
        break;
      case 'notify':
        Notification?.requestPermission().then((answer) => {
          store('ocg-notify', answer === 'granted' ? 'yes' : 'no');
          toast(answer === 'granted' ? 'You will be notified of new approvals' : 'The browser does not allow notifications');
        });
        break;
      default: break;
    }
  });
  const toast = (text) => {
    const element = $('#toast');
    element.textContent = text;
    element.hidden = false;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { element.hidden = true; }, 4000);
  };

  // How many calls wait: in the navigation, in the title, and as a notification if there are more than before.
  const title = document.title;
  let waiting = null;
  const count = () => {
    const badge = $('#waiting');
    const source = $('#queue') || badge;
    if (!source) return;
    const now = Number(source.dataset.count || 0);
    if (badge && source !== badge) {
      badge.textContent = String(now);
      badge.hidden = now === 0;
    }
    document.title = now > 0 ? `(${now}) ${title}` : title;
    if (waiting !== null && now > waiting && document.hidden && stored('ocg-notify') === 'yes'
      && window.Notification?.permission === 'granted') {
      new Notification('OpenClaw Gateway', { body: `${now} ${now === 1 ? 'call waits' : 'calls wait'} for a person`, tag: 'waiting' });
    }
    waiting = now;
  };
  document.addEventListener('htmx:afterSettle', count);
  document.addEventListener('DOMContentLoaded', () => { tick(); count(); });

  // What was typed must not be lost, and what is looked at not jump away, when a page updates itself.
  document.addEventListener('htmx:beforeSwap', (event) => {
    const target = event.detail.target;
    if (target.matches('[data-keep]') && (target.contains(document.activeElement) && document.activeElement.matches('input, textarea, select')
      || $$('input[type=text], textarea', target).some((field) => field.value !== field.defaultValue) || $('details[open]', target))
      && event.detail.requestConfig.headers['X-Background']) {
      event.detail.shouldSwap = false;
    }
    if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader('Content-Type')?.startsWith('text/html')) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener('htmx:sendError', () => toast('The gateway does not answer; this page may be out of date'));
  document.addEventListener('htmx:sseError', () => document.body.classList.add('not-live'));
  document.addEventListener('htmx:sseOpen', () => document.body.classList.remove('not-live'));

  // While another call is fetched, the one that is still shown must not be decided by a key that was meant for the next.
  let moving = false;
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (event.detail.target?.id === 'desk') {
      moving = true;
      document.body.dataset.moving = 'yes';
    }
  });
  for (const end of ['htmx:afterSettle', 'htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
    document.addEventListener(end, () => {
      moving = false;
      delete document.body.dataset.moving;
    });
  }

  // Keyboard: j k move through the queue, a approves, d goes to the reason (Enter there denies), / searches, ? helps.
  const items = () => $$('.queue-item');
  const move = (by) => {
    const all = items();
    if (!all.length) return;
    const at = all.findIndex((item) => item.hasAttribute('aria-current'));
    const to = Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by));
    all[to].focus();
    if (to !== at) all[to].click();
  };
  document.addEventListener('keydown', (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const typing = event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select');
    if (event.key === 'Escape' && typing) { typing.blur(); return; }
    if (typing || $('dialog[open]')) return;
    switch (event.key) {
      case 'j': move(1); break;
      case 'k': move(-1); break;
      case 'a': if (moving) break; $('[data-key="a"]')?.focus(); $('[data-key="a"]')?.click(); break;
      case 'd': if (moving) break; $('[data-key="d"]')?.focus(); break;
      case '/': $('[data-key="/"]')?.focus(); break;
      case '?': $('#help')?.showModal(); break;
      default: return;
    }
    event.preventDefault();
  });
})();
