import { find, show } from './dom.ts';

export interface Question {
  readonly text: string;
  /** The label of the button that confirms. */
  readonly yes: string;
  /** Whether a reason must be entered; defaults to false. */
  readonly needsReason?: boolean;
}

/** Asks for a confirmation. Resolves with the reason (empty unless required), or undefined if cancelled. */
export async function confirm({ text, yes, needsReason = false }: Question): Promise<string | undefined> {
  const dialog = find('confirm') as HTMLDialogElement;
  const label = find('confirm-because');
  const input = label.querySelector('input');
  show('confirm-question', text);
  show('confirm-yes', yes);
  label.hidden = !needsReason;
  if (input !== null) input.value = '';
  dialog.returnValue = '';
  find('confirm-yes').onclick = () => {
    if (needsReason && input?.value.trim() === '') input.focus();
    else dialog.close('yes');
  };
  find('confirm-no').onclick = () => dialog.close('');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  dialog.onclose = () => resolve(dialog.returnValue === 'yes' ? (input?.value.trim() ?? '') : undefined);
  dialog.showModal();
  // Focus a control that does not confirm, so that a repeated key press is harmless.
  (needsReason ? input : find('confirm-no'))?.focus();
  return await promise;
}
