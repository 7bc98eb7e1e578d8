import { escapeText, jsonLayout, plainLayout, quotedLayout } from './array-literal.ts';
import { TextColumn } from './text-column.ts';

/** A column of texts and nulls, encoded like a column of texts until the first null, which is cheaper. */
export class NullableTextColumn {
  #column = new TextColumn(quotedLayout);
  #hasNulls = false;

  push(text: string | null): void {
    if (text === null) this.#pushNull();
    else this.#column.push(this.#hasNulls ? quote(text) : escapeText(text));
  }

  get bytes(): Buffer {
    return this.#column.bytes;
  }

  #pushNull(): void {
    if (!this.#hasNulls) this.#column = withNulls(this.#column);
    this.#hasNulls = true;
    this.#column.push('NULL');
  }
}

function withNulls({ texts }: TextColumn): TextColumn {
  const column = new TextColumn(plainLayout);
  for (const text of texts) column.push(quote(text));
  return column;
}

function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

/** Stands for a gap in a column of JSON objects. */
export const jsonNull = 'null';

/** A column of JSON objects and gaps, which takes no space until the first object: most batches have none. */
export class SparseJsonColumn {
  #column: TextColumn | undefined;
  #leadingGaps = 0;

  push(json: string | undefined): void {
    if (this.#column !== undefined) this.#column.push(json ?? jsonNull);
    else if (json === undefined) this.#leadingGaps++;
    else this.#begin(json);
  }

  /** The encoded column; undefined if there are only gaps. */
  get bytes(): Buffer | undefined {
    return this.#column?.bytes;
  }

  #begin(json: string): void {
    this.#column = new TextColumn(jsonLayout);
    for (let index = 0; index < this.#leadingGaps; index++) this.#column.push(jsonNull);
    this.#column.push(json);
  }
}
