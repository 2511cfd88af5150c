package events_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// engine is a ClickHouse of its own, on a folder that the test removes.
type engine struct {
	in  *json.Encoder
	out *bufio.Scanner
}

// newEngine needs node and the folder in which npm has installed chdb.
func newEngine(t *testing.T) *engine {
	t.Helper()
	installed := os.Getenv("FINGERPOST_CHDB")
	if installed == "" {
		t.Skip("FINGERPOST_CHDB does not name a folder in which npm has installed chdb")
	}
	command := exec.Command("node", filepath.Join(filepath.Dir(clickhouse), "engine.js"), t.TempDir())
	command.Env, command.Stderr = append(os.Environ(), "NODE_PATH="+filepath.Join(installed, "node_modules")), os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return &engine{json.NewEncoder(in), lines}
}

// ask gives the rows of a statement, each as JSON.
func (e *engine) ask(t *testing.T, statement string) string {
	t.Helper()
	if err := e.in.Encode(statement); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Rows  json.RawMessage
		Error string
	}
	if !e.out.Scan() {
		t.Fatalf("the engine is gone at %s", statement)
	}
	if err := json.Unmarshal(e.out.Bytes(), &answer); err != nil || answer.Error != "" {
		t.Fatalf("%s: %s %v", statement, answer.Error, err)
	}
	return string(answer.Rows)
}

// await asks until the answer is what it should be.
func (e *engine) await(t *testing.T, statement, want string) {
	t.Helper()
	got := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got = e.ask(t, statement); got == want {
			return
		}
	}
	t.Fatalf("%s: %s, want %s", statement, got, want)
}

// TestClickHouse lets ClickHouse itself read, by deploy/clickhouse/clicks.sql, what
// senders told Kafka of the same clicks more than once, and something that is no click.
func TestClickHouse(t *testing.T) {
	e, c := newEngine(t), cluster(t)
	for _, statement := range statements(t, c.ListenAddrs()[0]) {
		e.ask(t, statement)
	}
	const clicks, more = 300, 10
	yesterday := time.Now().UTC().Truncate(time.Hour).AddDate(0, 0, -1)
	send := func(n int) { send(t, c.ListenAddrs(), n, yesterday) }
	send(clicks)
	produce(t, c.ListenAddrs(), "no click")
	send(clicks)
	e.holds(t, 2*clicks+1, clicks)
	e.await(t, `SELECT message FROM fingerpost.clicks_refused`, `[["no click"]]`)
	send(clicks + more)
	e.holds(t, 3*clicks+more+1, clicks+more)
	// The click is as it was sent.
	e.await(t, "SELECT id, edge, epoch, sequence, `index`, domain, code, at, bot, browser, network FROM fingerpost.clicks FINAL WHERE id = 'edge/7/1/8'",
		`[["edge/7/1/8","edge",7,1,8,"a.example","c1","`+yesterday.Format(time.DateTime)+`.008","curl","","203.0.113.0"]]`)
	e.await(t, `SELECT count() FROM system.view_refreshes WHERE database = 'fingerpost' AND exception != ''`, "[[0]]")
}

// statements are those of clicks.sql, for another broker and topic.
func statements(t *testing.T, broker string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(clickhouse)
	if err != nil {
		t.Fatal(err)
	}
	sql := regexp.MustCompile(`(?m)^\s*--.*$`).ReplaceAllString(string(text), "")
	sql = strings.NewReplacer("localhost:9092", broker, "'fingerpost.clicks'", "'"+topic+"'").Replace(sql)
	for statement := range strings.SplitSeq(sql, ";") {
		if strings.TrimSpace(statement) != "" {
			all = append(all, statement)
		}
	}
	return all
}

// send tells Kafka of the first n clicks since a time, under the ids that they always
// have.
func send(t *testing.T, brokers []string, n int, since time.Time) {
	t.Helper()
	s := &source{}
	s.add(n)
	for i := range s.records {
		s.records[i].At = since.UnixMilli() + int64(i)
	}
	sender := newSender(t, s, brokers, nil)
	sender.Start()
	stop(t, sender, time.Minute)
}

// holds wants all messages read, and each click once wherever clicks are counted.
func (e *engine) holds(t *testing.T, messages, clicks int) {
	t.Helper()
	e.await(t, `SELECT sum(num_messages_read) FROM system.kafka_consumers`, fmt.Sprintf("[[%d]]", messages))
	once := fmt.Sprintf("[[%d,7]]", clicks)
	e.await(t, `SELECT count(), uniqExact(code) FROM fingerpost.clicks FINAL`, once)
	for _, view := range []string{"hour", "day"} {
		e.ask(t, `SYSTEM REFRESH VIEW fingerpost.clicks_by_`+view+`_refresh`)
		e.await(t, `SELECT sum(clicks), uniqExact(code) FROM fingerpost.clicks_by_`+view+` FINAL`, once)
	}
}

func produce(t *testing.T, brokers []string, message string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.DefaultProduceTopic(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), kgo.StringRecord(message)).FirstErr(); err != nil {
		t.Fatal(err)
	}
}
