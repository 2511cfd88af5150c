package e2e_test

import "testing"

func TestThreeProcesses(t *testing.T) {
	t.Parallel()
	c := startCluster(t, "16777216", 0)
	t.Run("verify", func(t *testing.T) { verifySmall(t, &c.system) })
	t.Run("story", func(t *testing.T) { tellStory(t, &c.system) })
}
