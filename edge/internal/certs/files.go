package certs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pair is the files of one certificate.
type pair struct{ cert, key string }

// version tells contents of a file apart without reading it.
type version struct {
	size int64
	at   time.Time
}

// find gives the pairs that there are, and their files' versions.
func (o *Options) find() ([]pair, map[string]version, error) {
	info, err := os.Stat(o.Path)
	if err != nil {
		return nil, nil, err
	}
	var pairs []pair
	switch {
	case !info.IsDir() && o.Key == "":
		return nil, nil, errors.New("the key's file is missing")
	case !info.IsDir():
		pairs = []pair{{o.Path, o.Key}}
	case o.Key != "":
		return nil, nil, fmt.Errorf("%s is a folder, which has the keys in it", o.Path)
	default:
		if pairs, err = inFolder(o.Path); err != nil {
			return nil, nil, err
		}
	}
	if len(pairs) == 0 {
		return nil, nil, fmt.Errorf("%s has no NAME.crt with NAME.key", o.Path)
	}
	versions := make(map[string]version)
	for _, p := range pairs {
		for _, path := range []string{p.cert, p.key} {
			info, err := os.Stat(path)
			if err != nil {
				return nil, nil, err
			}
			versions[path] = version{info.Size(), info.ModTime()}
		}
	}
	return pairs, versions, nil
}

// inFolder lists the pairs in a folder, in the order of their names. A
// certificate without a key is left out: the two may be written one by one.
func inFolder(folder string) ([]pair, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	add := func(cert, key string) {
		if isFile(cert) && isFile(key) {
			pairs = append(pairs, pair{cert, key})
		}
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if ext := filepath.Ext(path); ext == ".crt" || ext == ".pem" {
			add(path, strings.TrimSuffix(path, ext)+".key")
			continue
		}
		add(filepath.Join(path, "tls.crt"), filepath.Join(path, "tls.key"))
		add(filepath.Join(path, "fullchain.pem"), filepath.Join(path, "privkey.pem"))
	}
	return pairs, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeType == 0
}
