// uPlot passes navigator.language to Intl while it loads. Some values are not valid language tags, such as
// "en-US@posix", which Chromium reports with LANG=C; Intl then throws, and no chart would be drawn.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
