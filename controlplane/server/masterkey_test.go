package server_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// masterKey gives a key as people write it.
func masterKey(n byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32)) }

// A database in the clear is sealed by the first start with a master key. From then on
// no file of it shows a secret, a start without the key is refused and writes nothing,
// and the key can be changed.
func TestMasterKey(t *testing.T) {
	o := options(t, feedtest.Start(t).Endpoint())
	path := strings.TrimPrefix(o.DatabaseURL, "sqlite:")
	// serves starts with keys, makes a link and gives a webhook's secret.
	serves := func(keys string) (secret string) {
		t.Helper()
		o.MasterKeys = keys
		s, stop := start(t, o)
		defer stop()
		base := "http://" + s.Addr() + "/api/v1"
		if status, answer := call(t, "POST", base+"/urls", adminKey, `{"long_url":"https://example.com/"}`); status != 201 {
			t.Errorf("creating: %d %v", status, answer)
		}
		status, answer := call(t, "POST", base+"/webhooks", adminKey, `{"url":"https://example.com/","events":["link.created"]}`)
		if status != 201 {
			t.Fatalf("subscribing: %d %v", status, answer)
		}
		return answer["secret"].(string)
	}
	refused := func(keys string) {
		t.Helper()
		before := files(t, path)
		o.MasterKeys = keys
		s, err := server.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err = s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "--master-key-file") || strings.Contains(err.Error(), "\n") {
			t.Errorf("the start says %v", err)
		}
		if !bytes.Equal(before, files(t, path)) {
			t.Error("a refused start wrote")
		}
	}

	secrets := []string{serves("")}
	codeKey := setting(t, path, "code-key")
	secrets = append(secrets, string(codeKey), string(setting(t, path, "cursor-key")))
	for _, secret := range secrets {
		if !bytes.Contains(files(t, path), []byte(secret)) {
			t.Fatal("this test looks at the wrong files")
		}
	}
	secrets = append(secrets, serves(masterKey(1)))
	for i, secret := range secrets {
		if bytes.Contains(files(t, path), []byte(secret)) {
			t.Errorf("secret %d is in the files", i)
		}
	}
	refused("")
	refused(masterKey(2))
	serves(masterKey(2) + "\n" + masterKey(1))
	refused(masterKey(1))
	serves(masterKey(2))
	if bytes.Equal(codeKey, setting(t, path, "code-key")) {
		t.Error("the key of the codes stands in the clear")
	}
}

// files gives all that a database on disk holds.
func files(t *testing.T, path string) (all []byte) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		file, err := os.ReadFile(path + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, file...)
	}
	return all
}

// setting reads a setting as it is stored.
func setting(t *testing.T, path, name string) (value []byte) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), `SELECT value FROM settings WHERE name = $1`, name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
