package transfer_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
)

// TestForeign reads a line of each program's export.
func TestForeign(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"Bitly": {"Bitlink,Long URL,Title,Tags,Created,Total Clicks\n" +
			"https://bit.ly/3abcD,https://example.com/a,A title,\"red, blue\",2024-05-01T10:00:00+0000,17\n",
			"https://example.com/a 3abcD A title  [red blue] 1714557600000"},
		"Bitly's API": {`{"created_at":"2020-10-26T17:20:40+0000","id":"bit.ly/XX","link":"https://bit.ly/XX","custom_bitlinks":[],"long_url":"https://example.com/a","title":"T","archived":false,"tags":["x"],"references":{}}`,
			"https://example.com/a XX T  [x] 1603732840000"},
		"YOURLS": {"keyword,url,title,timestamp,ip,clicks\n" +
			"ozh,https://example.com/a,T,2024-05-01 10:00:00,192.0.2.1,5\n",
			"https://example.com/a ozh T   1714557600000"},
		"Kutt": {`{"id":"1-2","address":"promo","banned":false,"created_at":"2024-05-01T10:00:00.000Z","domain":null,"expire_in":null,"link":"https://kutt.it/promo","password":false,"target":"https://example.com/a","description":"N","visit_count":3}`,
			"https://example.com/a promo  N  1714557600000"},
		"Shlink": {"createdAt,domain,shortCode,shortUrl,longUrl,title,tags,visits\n" +
			"2024-05-01T10:00:00+00:00,,promo,https://s.test/promo,https://example.com/a,T,red|blue,4\n",
			"https://example.com/a promo T  [red blue] 1714557600000"},
		"Shlink's own form": {"Long URL;Short code;Title;Tags\nhttps://example.com/a;promo;T;red|blue\n",
			"https://example.com/a promo T  [red blue] 0"},
		"spreadsheet": {"\xef\xbb\xbfURL;Alias\r\nhttps://example.com/a;x\r\n", "https://example.com/a x    0"},
		"tabs":        {"URL\tTitle\nhttps://example.com/a\ta,b;c\n", "https://example.com/a  a,b;c   0"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := readAll(t, c.file, "")
			if len(rows) != 1 || rows[0].Err != nil {
				t.Fatalf("rows %+v", rows)
			}
			if got := show(rows[0].Draft); got != c.want {
				t.Errorf("read  %q\nwant %q", got, c.want)
			}
		})
	}
}

func show(d links.Draft) string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	tags := ""
	if d.Fields.Tags != nil {
		tags = fmt.Sprint(*d.Fields.Tags)
	}
	return fmt.Sprintf("%s %s %s %s %s %d", text(d.Fields.URL), d.Alias, text(d.Fields.Title), text(d.Fields.Note), tags, d.CreatedAt)
}

func readAll(t testing.TB, file string, f transfer.Format) []transfer.Row {
	t.Helper()
	r, err := transfer.NewReader(strings.NewReader(file), f)
	if err != nil {
		t.Fatal(err)
	}
	var rows []transfer.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// TestBadRows: a bad row fails alone, with its line.
func TestBadRows(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"CSV": {"long_url,created_at,strict\n,,\nhttps://example.com/,noon,\nhttps://example.com/,,maybe\nhttps://example.com/,,,x\nhttps://example.com/,,\n",
			"[2 long_url 3 created_at 4 strict 5 row 6 ok]"},
		"NDJSON": {`{"long_url":"https://example.com/"}` + "\n\n{\n[]\n" + `{"long_url":"` + strings.Repeat("x", 70_000) + `"}` + "\n" +
			`{"long_url":"https://example.com/","tags":[1]}` + "\n" + `{"long_url":"https://example.com/"}`,
			"[1 ok 3 row 4 row 5 row 6 tags 7 ok]"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, row := range readAll(t, c.file, "") {
				what := "ok"
				var bad *links.Invalid
				if errors.As(row.Err, &bad) {
					what = bad.Fields[0].Field
				}
				got = append(got, fmt.Sprint(row.Line, " ", what))
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("read %v, want %s", got, c.want)
			}
		})
	}
}

// A file of which no row can be read is refused, and not read as an empty one.
func TestBadFiles(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"empty":                {"", "no line of headers"},
		"no URLs":              {"alias,title\nx,y\n", "no column is named long_url"},
		"ends of lines are CR": {"long_url,alias\rhttps://example.com/,x\rhttps://example.com/y,y\r", "CR alone"},
		"UTF-16":               {"\xff\xfel\x00o\x00n\x00g\x00_\x00u\x00r\x00l\x00\n\x00", "no column is named long_url"},
		"compressed":           {"\x1f\x8b\x08\x00\x00\x00\x00\x00", "no column is named long_url"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := transfer.NewReader(strings.NewReader(c.file), ""); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// E15: whatever a file holds, reading it ends, and without a crash.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"long_url,code\nhttps://example.com/,x\n", "long_url;tags\n\"a\"\"b\";[\"x\"]\n", `{"long_url":"x","tags":["a"]}`, "{}\n{", "\xef\xbb\xbfurl\n'=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		r, err := transfer.NewReader(strings.NewReader(file), "")
		if err != nil {
			return
		}
		for range len(file) + 2 {
			if _, err := r.Next(); err != nil {
				return
			}
		}
		t.Error("reading does not end")
	})
}
