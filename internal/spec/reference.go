package spec

// LanguageDoc describes the language of specs, for people. The reference page
// is made from it; tests hold it against what is decoded and resolved.
type LanguageDoc struct {
	Overview  string // a short spec that is valid as it stands
	Types     []TypeDoc
	Blocks    []BlockDoc // in reading order
	Topics    []TopicDoc // what concerns all blocks, in reading order
	Functions []FunctionDoc
	Metrics   []MetricDoc
}

// TypeDoc describes a type of arguments.
type TypeDoc struct {
	Word    string // as arguments name it
	Text    string
	Example string // an expression
}

// Count says how often a block may stand in the one around it.
type Count string

// How often blocks may appear.
const (
	AnyNumber Count = "any number"
	AtMostOne Count = "at most one"
	One       Count = "exactly one"
)

// BlockDoc describes a block, wherever it may stand.
type BlockDoc struct {
	Title     string   // of its section; no two are alike
	Paths     []string // block types from the top of a file, with dots: "service.sli.alert"
	Label     *LabelDoc
	Count     Count
	Text      string // Markdown
	Example   string // the blocks of a whole spec, or those of a service
	Arguments []ArgumentDoc
}

// LabelDoc describes the label of a block.
type LabelDoc struct {
	Name   string
	Values []string // all that are allowed; empty: see Text
	Text   string   // Markdown
}

// ArgumentDoc describes an argument of a block.
type ArgumentDoc struct {
	Name     string
	Type     string // a word of LanguageDoc.Types
	Required bool
	Default  string   // an expression that means the same as no argument
	Without  string   // Markdown: what holds without it, where no expression can say so
	Values   []string // all that are allowed, also of a list's elements
	Min, Max string   // bounds, as the spec would write them
	Whole    bool     // a number without a fraction
	Text     string   // Markdown
}

// TopicDoc is a part of the reference that belongs to no block.
type TopicDoc struct {
	Title string
	Text  string // Markdown
}

// FunctionDoc describes a function.
type FunctionDoc struct {
	Group   string // functions of a group follow each other
	Name    string
	Text    string // Markdown
	Example string // a call
	Gives   string // an expression equal to the call; empty if it depends on the spec
}

// MetricDoc describes a metric that services emit without declaring it.
type MetricDoc struct {
	When       string // Markdown: what makes a service emit it
	Name       string
	Kind       string
	Unit       string
	Attributes []string
}

// Language returns the reference of the language.
func Language() LanguageDoc {
	var blocks []BlockDoc
	for _, part := range [][]BlockDoc{
		topBlocks, stackBlocks, teamBlocks, resourceBlocks, serviceBlocks, workBlocks, signalBlocks, sliBlocks, countBlocks, watchBlocks, codeBlocks, sourceBlocks,
	} {
		blocks = append(blocks, part...)
	}
	return LanguageDoc{
		Overview:  overviewExample,
		Types:     typeDocs,
		Blocks:    blocks,
		Topics:    topicDocs,
		Functions: functionDocs,
		Metrics:   metricDocs,
	}
}

const overviewExample = `system "shop" {}

team "web" {
  notify "slack" {
    channel      = "#web-oncall"
    api_url_file = "secrets/slack-web"
  }
}
service "storefront" {
  team = team.web
  http {
    route "GET /products" {}
  }
  sli "availability" {
    objective = 99.9
    window    = "30d"
    availability {}
  }
}`

// inServices returns the paths of a block that services have and that profiles
// may hold for them.
func inServices(paths ...string) []string {
	var out []string
	for _, parent := range []string{"service", "profile"} {
		for _, path := range paths {
			out = append(out, parent+"."+path)
		}
	}
	return out
}

func described(text string) ArgumentDoc {
	return ArgumentDoc{Name: "description", Type: "text", Text: text}
}

// nameSyntax is what the labels of most blocks look like.
const nameSyntax = "A letter, then letters, digits, `-` and `_`; 63 characters at most."

var typeDocs = []TypeDoc{
	{"text", "Any string. Numbers and bools become strings.", `"Serves the shop"`},
	{"name", "A string that names a metric of the same service.", `"shop.orders"`},
	{"names", "A list of strings that name routes, methods, consumers or jobs of the same service.", `["GET /products"]`},
	{"texts", "A list of strings.", `["page", "ticket"]`},
	{"number", "A number.", `0.8`},
	{"numbers", "A list of numbers.", `[5, 10, 25]`},
	{"bool", "`true` or `false`.", `true`},
	{"percent", "A number up to 100 that means a percentage, with six decimals at most.", `99.95`},
	{"duration", "A string of numbers with units: `w`, `d`, `h`, `m`, `s`, `ms` or `us`. A day has 24 hours.", `"1h30m"`},
	{"map", "An object of strings.", `{ org = "acme" }`},
	{"where", "An object of attributes of a metric. Each has one value or a list of values that match.", `{ outcome = ["failed", "refused"] }`},
	{"ref", "A reference to a block.", `team.web`},
	{"refs", "A list of references.", `[database.orders, queue.paid]`},
	{"promql", "A query of Prometheus that gives an instant vector. `series(...)` works in it.", `"sum(rate(${series("shop.orders")}[5m]))"`},
	{"logql", "A query of Loki.", `"{service_name=\"checkout\"} |= \"refused\""`},
	{"path", "A path of a folder, with slashes, relative to the file that it stands in. It stays inside the spec's folder.", `"services/checkout/telemetry"`},
	{"secretfile", "A path of a file that holds a secret, absolute or relative to the generated folder. It is never the secret itself.", `"secrets/slack-web"`},
	{"type", "The name of a type, without quotes.", `string`},
	{"value", "Any value.", `{ region = "eu", zones = 3 }`},
}
