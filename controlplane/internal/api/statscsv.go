package api

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
)

const csvType = "text/csv"

// alsoCSV describes the answer of a call that may be a table.
func alsoCSV() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {},
		csvType:            {Schema: &huma.Schema{Type: huma.TypeString}, Example: "start,count,bots,uniques\n2026-11-22T00:00:00Z,12,1,11\n"},
	}}}
}

// ContentType is asked for by huma, also for what ClickStats is embedded in.
func (s ClickStats) ContentType(otherwise string) string {
	if s.csv {
		return csvType
	}
	return otherwise
}

// writeTable is how an answer is marshalled that chose csvType.
func writeTable(w io.Writer, answer any) error {
	t, ok := answer.(interface{ table() [][]string })
	if !ok {
		return fmt.Errorf("%T is not a table", answer)
	}
	out := csv.NewWriter(w)
	for _, row := range t.table() {
		for i := range row {
			row[i] = transfer.SafeCell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// table is the groups, if there are any, or else the items.
func (s ClickStats) table() [][]string {
	if g := s.Groups; g != nil {
		rows := [][]string{{g.By, "count"}}
		for _, group := range g.Items {
			rows = append(rows, []string{group.Value, number(group.Count)})
		}
		return append(rows, []string{"(other)", number(g.Other)}, []string{"(unknown)", number(g.Unknown)})
	}
	rows := [][]string{{"start", "count", "bots", "uniques"}}
	for _, item := range s.Items {
		uniques := ""
		if item.Uniques != nil {
			uniques = number(*item.Uniques)
		}
		rows = append(rows, []string{item.Start.Format(time.RFC3339), number(item.Count), number(item.Bots), uniques})
	}
	return rows
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
