// Before the first paint: the theme that this browser chose, so that nothing flashes.
(() => {
  try {
    const theme = localStorage.getItem('ocg-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch { /* no storage, no choice */ }
})();
