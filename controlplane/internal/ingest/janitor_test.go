package ingest_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
)

// keeper has something left to do after each of its first steps.
type keeper struct {
	mu    sync.Mutex
	left  map[string]int // mu
	steps []string       // mu
	fail  error          // of pruning
}

func (k *keeper) step(name string) (more bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.steps = append(k.steps, name)
	k.left[name]--
	return k.left[name] >= 0, nil
}

func (k *keeper) PostJournal(context.Context) (bool, error) { return k.step("post") }
func (k *keeper) RollUp(context.Context) (bool, error)      { return k.step("roll up") }
func (k *keeper) FoldBatches(context.Context) (bool, error) { return k.step("fold") }
func (k *keeper) ForgetEdges(context.Context) (bool, error) { return k.step("edges") }
func (k *keeper) ForgetSalts(context.Context) (bool, error) { return k.step("forget") }
func (k *keeper) PruneClicks(context.Context) (bool, error) {
	if k.fail != nil {
		return true, k.fail
	}
	return k.step("prune")
}

func janitor(t *testing.T, k *keeper) *ingest.Janitor {
	t.Helper()
	j, err := ingest.NewJanitor(k, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestTidyGoesOnUntilAllIsDone(t *testing.T) {
	k := &keeper{left: map[string]int{"prune": 2, "roll up": 1}}
	if err := janitor(t, k).Tidy(t.Context()); err != nil {
		t.Error(err)
	}
	if want := []string{"roll up", "roll up", "forget", "prune", "prune", "prune", "fold", "edges"}; !slices.Equal(k.steps, want) {
		t.Errorf("steps %v, want %v", k.steps, want)
	}
}

func TestTidyGoesOnAfterAFailure(t *testing.T) {
	k := &keeper{left: map[string]int{}, fail: errors.New("down")}
	if err := janitor(t, k).Tidy(t.Context()); !errors.Is(err, k.fail) {
		t.Errorf("the error is %v", err)
	}
	if want := []string{"roll up", "forget", "fold", "edges"}; !slices.Equal(k.steps, want) {
		t.Errorf("steps %v, want %v", k.steps, want)
	}
}

func TestPostGoesOnUntilAllIsPosted(t *testing.T) {
	k := &keeper{left: map[string]int{"post": 2}}
	if err := janitor(t, k).Post(t.Context()); err != nil || len(k.steps) != 3 {
		t.Errorf("steps %v, %v", k.steps, err)
	}
}

// TestRun: what the build before books is looked for more often than the rest, and
// the journal is posted beside.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{left: map[string]int{}}
		ctx, cancel := context.WithTimeout(t.Context(), 65*time.Second)
		defer cancel()
		janitor(t, k).Run(ctx)
		var rolled, pruned, posted int
		for _, step := range k.steps {
			switch step {
			case "roll up":
				rolled++
			case "prune":
				pruned++
			case "post":
				posted++
			}
		}
		if rolled != 7 || pruned != 2 || posted != 3 {
			t.Errorf("rolled up %d times, pruned %d times and posted %d times in 65 s", rolled, pruned, posted)
		}
	})
}

func TestNewJanitorNamesWhatIsMissing(t *testing.T) {
	if _, err := ingest.NewJanitor(nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no keeper is taken")
	}
	if _, err := ingest.NewJanitor(new(keeper), nil); err == nil {
		t.Error("no logger is taken")
	}
}
