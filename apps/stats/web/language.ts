// uPlot passes navigator.language to Intl while it loads. Browsers also report values that are not language tags,
// such as "en-US@posix" with LANG=C; Intl then throws, and no chart would be drawn.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
