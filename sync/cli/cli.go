package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// StartError marks an error that a change of settings mends: exit status 2.
type StartError struct{ Err error }

func (e StartError) Error() string { return e.Err.Error() }
func (e StartError) Unwrap() error { return e.Err }

// Start wraps err as a StartError, and leaves nil alone.
func Start(err error) error {
	if err == nil {
		return nil
	}
	return StartError{err}
}

// logging is added to every program's flags.
type logging struct {
	LogLevel slog.Level `help:"Least severe level that is logged: debug, info, warn or error." default:"info"`
}

// Main parses the arguments into command, a pointer to a kong struct that has a
// method Run(context.Context, *slog.Logger) error (or whose subcommands have
// one), runs it until it returns, and exits. The context ends with the first
// SIGINT or SIGTERM; a second one ends the process at once.
func Main(name, about string, command any) {
	os.Exit(run(name, about, command, os.Args[1:], os.Stdout, os.Stderr))
}

func run(name, about string, command any, args []string, stdout, stderr io.Writer) int {
	fail := func(status int, err error) int {
		fmt.Fprintf(stderr, "%s: %s\n", name, oneLine(err))
		return status
	}
	var logs logging
	helped := false
	parser, err := kong.New(command,
		kong.Name(name), kong.Description(about), kong.DefaultEnvars("FINGERPOST"), kong.Embed(&logs),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return fail(2, err)
	}
	parsed, err := parser.Parse(args)
	if helped {
		return 0
	}
	if err != nil {
		return fail(2, fmt.Errorf("%w (see %s --help)", err, name))
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: logs.LogLevel}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(log)
	err = parsed.Run()
	var start StartError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &start):
		return fail(2, err)
	}
	return fail(1, err)
}

// oneLine keeps a multi-line error (errors.Join, a driver's hint) on one line.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
