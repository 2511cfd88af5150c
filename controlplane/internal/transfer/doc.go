// Package transfer carries links in and out as files: CSV and NDJSON, one link a
// line, of any length in the memory of some thousand links.
//
// An import reads this program's own exports and those of Bitly, YOURLS, Kutt and
// Shlink: it goes by the names of columns, whatever their order. It may be cut
// off anywhere and run again: rows that have become links already are found, by
// their code or else by their target, and left alone. A bad row fails alone.
// Blocks of rows are stored beside each other, but what becomes of a row is what
// would if they were stored one after the other, and is told in the file's order.
//
// A CSV that leaves is opened in spreadsheets by people who did not write its
// titles, so no cell starts like a formula.
package transfer
