package cli

import "runtime/debug"

// Build names the source that this program was built from: the revision, with
// -dirty if there were changes, or the module's version, or "unknown" where the
// build recorded neither (as `go run` does).
func Build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	switch revision := settings["vcs.revision"]; {
	case revision != "" && settings["vcs.modified"] == "true":
		return revision + "-dirty"
	case revision != "":
		return revision
	case info.Main.Version != "" && info.Main.Version != "(devel)":
		return info.Main.Version
	}
	return "unknown"
}
