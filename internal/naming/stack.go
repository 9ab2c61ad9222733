package naming

// StackJob returns the job label of the own metrics of one of the stack's
// servers. The prefix keeps it apart from services of the same name.
func StackJob(component string) string { return "obsboot/" + component }

// SamplingRatio is the attribute of a span that says which share of its like was
// kept, so that what is counted from the spans can be weighted.
const SamplingRatio = "obsboot.sampling.ratio"
