import { errorMessage } from './check.js';

const form = document.querySelector('form');
const output = document.querySelector('output');

form.addEventListener('submit', (submit) => {
  submit.preventDefault();
  output.value = errorMessage(Object.fromEntries(new FormData(form))) ?? 'This is a purchase.';
});
