import { problemOf } from './check.js';

const form = document.querySelector('form');
const output = document.querySelector('output');

form.addEventListener('submit', (submit) => {
  submit.preventDefault();
  output.value = problemOf(Object.fromEntries(new FormData(form))) ?? 'This is a purchase.';
});
