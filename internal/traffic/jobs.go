package traffic

import (
	"math/rand/v2"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// job returns the job that a point counts the runs of, or nil.
func (p *point) job() *operation {
	if len(p.sources) == 0 {
		return nil
	}
	if op := p.sources[0].event.operation; op != nil && op.work == model.WorkJob {
		return op
	}
	return nil
}

// offset is when in its period a job starts.
func (op *operation) offset() time.Duration {
	return time.Duration(hash("job", op.service.spec.Name, op.name)%uint64(op.every.Seconds())) * time.Second
}

// run is the number of the last run that began at or before a time.
func (op *operation) run(at time.Time) int64 {
	return (at.Unix() - int64(op.offset().Seconds())) / int64(op.every.Seconds())
}

// lastRun is when it began.
func (op *operation) lastRun(at time.Time) time.Time {
	return time.Unix(op.run(at)*int64(op.every.Seconds())+int64(op.offset().Seconds()), 0)
}

// ending is how a run ends.
func (m *Model) ending(op *operation, run int64, f *flow) outcome {
	random := rand.New(rand.NewPCG(m.options.Seed^hash("run", op.service.spec.Name, op.name), uint64(run)))
	return f.operations[op.index].pick(random)
}

// pick draws an outcome.
func (r *result) pick(random *rand.Rand) outcome {
	left := random.Float64()
	for o, share := range r.share {
		if left -= share; left < 0 {
			return outcome(o)
		}
	}
	return fine
}

// ran is how many runs of a job a point counts in a time.
func (r *running) ran(op *operation, f *flow, since, at time.Time) (n float64) {
	for run := op.run(since) + 1; run <= op.run(at); run++ {
		ended := r.model.ending(op, run, f)
		for _, s := range r.point.sources {
			if s.event.outcome == ended {
				n += s.share
			}
		}
	}
	return n
}
