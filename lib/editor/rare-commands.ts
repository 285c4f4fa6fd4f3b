/** Commands of tables, columns and embeds, as keys and the slash menu ask for them; they come with the code of such blocks. */
import type { Command } from "@tiptap/pm/state";
import { EMBED } from "../core/embed.ts";
import { addColumn, makeColumns, removeColumns, shiftColumn } from "./columns-commands.ts";
import { insertEmbed } from "./embed-commands.ts";
import type { RareInsert } from "./slash.ts";
import { stepLine } from "./step-line.ts";
import { cellBelow, goToCell, insertTable, moveColumn, moveRow } from "./table-commands.ts";

export type RareCommands = {
  readonly cellBelow: Command;
  readonly goToCell: (by: -1 | 1) => Command;
  readonly moveRow: (by: -1 | 1) => Command;
  readonly moveColumn: (by: -1 | 1) => Command;
  readonly shiftColumn: (by: -1 | 1) => Command;
  readonly stepLine: (by: -1 | 1) => Command;
  readonly inserts: Readonly<Record<RareInsert, Command>>;
};
export type WithCommands = { readonly rare: RareCommands };

export const rareCommands: RareCommands = {
  cellBelow,
  goToCell,
  moveRow,
  moveColumn,
  shiftColumn,
  stepLine,
  inserts: {
    table: insertTable(),
    columns2: makeColumns(2),
    columns3: makeColumns(3),
    columns4: makeColumns(4),
    addColumn,
    noColumns: removeColumns,
    [EMBED]: insertEmbed,
  },
};
