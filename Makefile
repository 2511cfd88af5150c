# make help lists the targets.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
BUILD       := CGO_ENABLED=0 go build -buildvcs=auto -trimpath -ldflags '-s -w'

# Only programs that are kept are guided by a profile: for it, all is compiled once more.
export GOFLAGS := $(GOFLAGS) -pgo=off
PROFILE     := edge/default.pgo

# SQLite's code is C that was translated to Go. Looking for races in that, too, makes it
# five times slower; what calls it is looked at all the same.
RACE        := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false
# Tests wait more than they compute. What they would be vetted for, make check finds.
PACKAGES    := -vet=off -p $(shell expr 2 '*' "$$(getconf _NPROCESSORS_ONLN)")
# The race detector allocates, so tests of what is allocated run without it, too.
BARE        := Alloc|BytesAre

FUZZTIME    ?= 10m

.PHONY: help run test check build profile bench generate broken fuzz test-cockroach test-clickhouse

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 18

run: ## run everything in one process, on data/; prints where to go
	go run ./deploy/standalone

test: ## run all tests, with the race detector; installs what they need, if it may
	.ci/install
	go test $(RACE) $(PACKAGES) -timeout 20m ./...
	go test -vet=off -run '$(BARE)' $$(grep -rlE --include '*_test.go' '^func Test.*($(BARE))' . | xargs -n 1 dirname | sort -u)

check: ## format, vet, staticcheck, generated code, modules, known vulnerabilities
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'gofmt -w these files'; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	.ci/generated
	.ci/vulnerabilities $(GOVULNCHECK)

build: ## build the programs into bin/
	@mkdir -p bin
	$(BUILD) -pgo=$(PROFILE) -o bin/edge ./edge
	$(BUILD) -o bin/controlplane ./controlplane
	$(BUILD) -pgo=$(PROFILE) -o bin/standalone ./deploy/standalone
	$(BUILD) -o bin/bench ./bench

profile: ## renew the profile that edges are built with
	go run ./bench profile $(PROFILE)

test-cockroach: ## the store's suite on a real CockroachDB: URL=postgres://root@host:26257/defaultdb
	FINGERPOST_COCKROACH_URL='$(URL)' go test -race -count 1 -timeout 1h -run TestCockroachDB -v ./controlplane/internal/store

test-clickhouse: ## deploy/clickhouse on a real engine: npm install --prefix DIR chdb@3.4.0, then CHDB=DIR
	FINGERPOST_CHDB='$(CHDB)' go test -count 1 -run TestClickHouse -v ./edge/internal/events

bench: ## the hot paths, creates against pgbench, promised times, and an edge beside nginx and HAProxy
	go test -run '^$$' -bench . -benchmem ./edge/... ./controlplane/... ./bench/...
	FINGERPOST_JUDGE=1 go test -vet=off -p 1 -count 1 ./bench/e2e ./controlplane/server ./edge/node
	go run ./bench compare
	go run ./bench compare --links 1000000 --growth 10000 --tail 10s --idle 0

generate: ## generate the protobuf code (needs protoc)
	go generate ./sync/wire

broken: ## break each promise on purpose, and see its tests fail
	go run ./bench/e2e/broken

fuzz: ## fuzz every parser, each for FUZZTIME (10m)
	@grep -r --include='*_test.go' '^func Fuzz' . | sed 's|/[^/]*:func \(Fuzz[A-Za-z0-9]*\).*| \1|' | sort | while read -r package name; do \
		echo "$$package $$name" && go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null || exit 1; \
	done
