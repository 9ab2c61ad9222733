package spec

import "github.com/hashicorp/hcl/v2"

// Arguments stay unevaluated until resolve knows the scope that they belong
// to: a profile's query means another series in every service. Their Go types
// say what a Scope makes of them, and the reference is generated from these
// names. An argument that is absent is nil.
type (
	// Text is any string.
	Text *hcl.Attribute
	// Name is a string that names something declared in the same service.
	Name *hcl.Attribute
	// Names is a list of such strings.
	Names *hcl.Attribute
	// Texts is a list of strings.
	Texts *hcl.Attribute
	// Numbers is a list of numbers.
	Numbers *hcl.Attribute
	// Number is a number.
	Number *hcl.Attribute
	// Bool is true or false.
	Bool *hcl.Attribute
	// Percent is a number between 0 and 100.
	Percent *hcl.Attribute
	// Duration is a string such as "250ms" or "30d".
	Duration *hcl.Attribute
	// Map is an object of strings.
	Map *hcl.Attribute
	// Where is an object of attributes and the values that they may have.
	Where *hcl.Attribute
	// Ref is a reference such as service.payments.
	Ref *hcl.Attribute
	// Refs is a list of references.
	Refs *hcl.Attribute
	// PromQL is a query of Prometheus; series() works in it, and ${window} where
	// a query is evaluated over several windows.
	PromQL *hcl.Attribute
	// LogQL is a query of Loki.
	LogQL *hcl.Attribute
	// Path is a path of a folder, relative to the file that it stands in.
	Path *hcl.Attribute
	// SecretFile is a path of a file that holds a secret.
	SecretFile *hcl.Attribute
	// Secret is an argument that people expect and that is refused, because
	// secrets do not stand in specs.
	Secret *hcl.Attribute
	// Type is a type constraint such as list(string), or a signal attribute's
	// type.
	Type *hcl.Attribute
	// Value is any value.
	Value *hcl.Attribute
)
