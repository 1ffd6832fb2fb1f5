"""How a report looks on a screen and on paper (A4 landscape)."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; width: fit-content; max-width: 100%; box-sizing: border-box;
  font: 1rem/1.35 "Times New Roman", "Liberation Serif", "Tinos", serif; color: #111; background: #fff; }
table { margin: 0 auto; border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
caption { padding: 0 0 1rem; text-align: center; }
h1 { margin: 0; font-size: 1.4rem; text-wrap: balance; }
th, td { padding: .25rem .5rem; border: 1px solid #777; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: #e8ecf1; text-align: center; vertical-align: middle;
  box-shadow: inset 0 -1px #777, inset 0 1px #777; }
tbody th { font-weight: normal; }
td.text { max-width: 24rem; overflow-wrap: break-word; }
td.text:not(:empty) { min-width: 12rem; }
td.number { text-align: right; white-space: nowrap; }
td.missing { color: #555; font-style: italic; }
td.none { padding: 1.5rem; text-align: center; color: #555; font-style: italic; }
tfoot { display: table-row-group; }
tfoot th, tfoot td { border-top: 3px double #333; background: #f4f6f8; font-weight: bold; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1.25rem 0 0;
  width: 0; min-width: max(100%, 40rem); font-size: .875rem; }
dt { color: #444; }
dd { margin: 0; overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 12mm 12mm 15mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt "Times New Roman", serif; } }
@media print {
  body { margin: 0; padding: 0; width: auto; font-size: 9pt; }
  table { width: calc(100% - .4mm); }
  caption { padding-bottom: 3mm; }
  h1 { font-size: 13pt; }
  th, td { padding: .6mm 1.2mm; border-width: .2mm; }
  thead { display: table-header-group; }
  td.text:not(:empty) { min-width: 40mm; }
  thead th { position: static; box-shadow: none; }
  thead th, tfoot th, tfoot td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, dl { break-inside: avoid; }
  tfoot tr { break-before: avoid; }
  dl { margin-top: 4mm; width: auto; min-width: 0; font-size: 8pt; }
}
"""
"""The total stands once, at the end, so `tfoot` is no footer group; the headings stand on every page. The notes are as
wide as the table, and do not widen it: hence their width of 0."""
