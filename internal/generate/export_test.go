package generate

// For tests with models that no spec can make.
var (
	Alertmanager = alertmanager
	TemplateText = templateText
)
