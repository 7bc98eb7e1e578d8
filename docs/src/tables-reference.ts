import tables from '../tables.json' with { type: 'json' };
import { replacePart } from './replace-part.ts';
import { renderTable } from './table.ts';

type Relation = (typeof tables)[number];

/** `docs/tables.md`: the page with its generated parts replaced. @throws Error if a part is not marked */
export function renderTables(page: string): string {
  const withRights = replacePart(page, 'rights', renderRights());
  return replacePart(withRights, 'columns', tables.map(renderRelation).join('\n\n'));
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
