//go:build linux

package peers

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// startNginx answers from a map in nginx.
func startNginx(dir string, links []Link) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", "${dollar}")
	if err := writeLines(filepath.Join(dir, "nginx.map"), links, func(l Link) string {
		return `"/` + l.Code + `" "` + quote.Replace(l.URL) + `";`
	}); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  map_hash_max_size 4194304;
  map_hash_bucket_size 1024;
  geo $dollar { default "$"; }
  map $uri $target { default ""; include %[1]s/nginx.map; }
  server {
    listen %[2]s backlog=4096;
    location / {
      if ($target = "") { return 404; }
      add_header Cache-Control "private, max-age=0";
      return 302 $target;
    }
  }
}
`, dir, addr)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("configuring nginx: %w", err)
	}
	return start("nginx", addr, serverCPU, nil, "nginx", "-c", config)
}

// startHAProxy answers from a map in HAProxy.
func startHAProxy(dir string, links []Link) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	if err := writeLines(filepath.Join(dir, "haproxy.map"), links, func(l Link) string {
		return "/" + l.Code + " " + l.URL
	}); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "haproxy.cfg")
	text := fmt.Sprintf(`global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend redirects
  bind %[2]s
  http-request set-var(txn.target) path,map(%[1]s/haproxy.map)
  http-request redirect location %%[var(txn.target)] code 302 if { var(txn.target) -m found }
  http-request return status 404
`, dir, addr)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("configuring HAProxy: %w", err)
	}
	return start("haproxy", addr, serverCPU, nil, "haproxy", "-db", "-f", config)
}

func writeLines(path string, links []Link, line func(Link) string) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing a map: %w", err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, l := range links {
		_, _ = w.WriteString(line(l) + "\n") // Flush tells
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing a map: %w", err)
	}
	return nil
}
