import { find, setText } from './elements.ts';

/** What somebody is to confirm. */
export interface Question {
  readonly text: string;
  /** What the button says that does it. */
  readonly yes: string;
  /** Whether a reason is asked for. */
  readonly needsReason?: boolean;
}

/** Asks before something is changed. Resolves with the reason, empty where none was asked for; undefined means no. */
export async function confirm({ text, yes, needsReason = false }: Question): Promise<string | undefined> {
  const dialog = find('confirm') as HTMLDialogElement;
  const label = find('confirm-because');
  const input = label.querySelector('input');
  setText(find('confirm-question'), text);
  setText(find('confirm-yes'), yes);
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
  // Whoever presses a key too often must not have confirmed something.
  (needsReason ? input : find('confirm-no'))?.focus();
  return await promise;
}
