import tables from '../tables.json' with { type: 'json' };
import { renderTable } from './table.ts';

type Relation = (typeof tables)[number];

/** `docs/tables.md`: the page with its generated parts replaced. @throws Error if a part is not marked */
export function renderTables(page: string): string {
  const withRights = replacePart(page, 'rights', renderRights());
  return replacePart(withRights, 'columns', tables.map(renderRelation).join('\n\n'));
}

/** Replaces what is between two comments, of which the first starts with a name. */
function replacePart(page: string, name: string, content: string): string {
  const part = new RegExp(`(^<!-- ${name}: .* -->$)[\\s\\S]*?(^<!-- end of ${name} -->$)`, 'm');
  if (!part.test(page)) throw new Error(`the page has no part for ${name}`);
  return page.replace(part, (_, start, end) => `${start}\n\n${content}\n\n${end}`);
}

const roles = ['pipeline_writer', 'pipeline_operator', 'pipeline_reader'] as const;

function renderRights(): string {
  const rows = tables.map(({ name, rights }) => {
    const known: Readonly<Record<string, string>> = rights;
    return [`\`${name}\``, ...roles.map((role) => (known[role] ?? '').toLowerCase())];
  });
  return renderTable(['', ...roles.map((role) => `\`${role}\``)], rows);
}

function renderRelation({ name, kind, comment, columns }: Relation): string {
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    `\`${shortType(column.type)}\`${kind === 'table' && column.nullable ? ', nullable' : ''}`,
    column.comment ?? '',
  ]);
  return `### \`${name}\`\n\n${comment ?? ''}\n\n${renderTable(['column', 'type', 'meaning'], rows)}`;
}

/** The name of a type in the migrations and in casts. */
function shortType(type: string): string {
  return type === 'timestamp with time zone' ? 'timestamptz' : type;
}
