package main

// secretFaults are those of what keeps the control plane's secrets.
var secretFaults = []breakage{
	{
		promise: "7 closed by default: a webhook's secret stands in the clear beside a master key",
		file:    "controlplane/internal/store/webhooks.go",
		old:     "s.sealText(webhookPlace(w.ID), w.Secret), s.box.ID()",
		new:     "w.Secret, \"\"",
		pkg:     "./controlplane/internal/store", run: "TestSealedInSQLite",
	},
	{
		promise: "7 closed by default: the files keep what was in the clear",
		file:    "controlplane/internal/store/reseal.go",
		old:     "if inTheClear && s.group != nil {",
		new:     "if false {",
		pkg:     "./controlplane/internal/store", run: "TestSealedInSQLite",
	},
	{
		promise: "7 closed by default: a start without the master key goes on until a secret is needed",
		file:    "controlplane/internal/store/secrets.go",
		old:     "if !s.box.Knows(by) {",
		new:     "if !s.box.Knows(by) && s == nil {",
		pkg:     "./controlplane/server", run: "TestMasterKey",
	},
	{
		promise: "7 closed by default: the codes' key stands in the clear beside a master key",
		file:    "controlplane/internal/store/secrets.go",
		old:     "return s.setting(ctx, name, s.box, initial)",
		new:     "return s.setting(ctx, name, nil, initial)",
		pkg:     "./controlplane/internal/store", run: "TestSealedInSQLite",
	},
}
