package traffic

import (
	"math"
	"math/rand/v2"
)

// lognormal is how long things take, or how large they are: most are near the
// median and a few are many times as large.
type lognormal struct{ mu, sigma float64 }

// around has a median.
func around(median, sigma float64) lognormal { return lognormal{math.Log(median), sigma} }

func (l lognormal) mean() float64 { return math.Exp(l.mu + l.sigma*l.sigma/2) }

func (l lognormal) moments() moments {
	mean := l.mean()
	return moments{mean, math.Expm1(l.sigma*l.sigma) * mean * mean}
}

// times multiplies all values.
func (l lognormal) times(factor float64) lognormal {
	return lognormal{l.mu + math.Log(factor), l.sigma}
}

// below is the share of values that are at most x.
func (l lognormal) below(x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case math.IsInf(x, 1):
		return 1
	case l.sigma == 0:
		if math.Log(x) >= l.mu {
			return 1
		}
		return 0
	}
	return math.Erfc((l.mu-math.Log(x))/(l.sigma*math.Sqrt2)) / 2
}

func (l lognormal) draw(random *rand.Rand) float64 {
	return math.Exp(l.mu + l.sigma*random.NormFloat64())
}

// moments are the mean and the variance of a value.
type moments struct{ mean, variance float64 }

// plus adds independent values.
func (m moments) plus(other moments) moments {
	return moments{m.mean + other.mean, m.variance + other.variance}
}

// lognormal has the moments: sums of log-normal values are nearly log-normal
// (Fenton and Wilkinson).
func (m moments) lognormal() lognormal {
	if m.mean <= 0 {
		return lognormal{math.Inf(-1), 0}
	}
	square := math.Log1p(m.variance / (m.mean * m.mean))
	return lognormal{math.Log(m.mean) - square/2, math.Sqrt(square)}
}

// blend collects the moments of values of which each is one of several kinds.
type blend struct{ weight, sum, squares float64 }

func (b *blend) add(weight float64, m moments) {
	b.weight += weight
	b.sum += weight * m.mean
	b.squares += weight * (m.variance + m.mean*m.mean)
}

func (b *blend) moments() moments {
	if b.weight <= 0 {
		return moments{}
	}
	mean := b.sum / b.weight
	return moments{mean, max(0, b.squares/b.weight-mean*mean)}
}

// poisson is a random number of events; of many by their normal distribution.
func poisson(random *rand.Rand, mean float64) float64 {
	switch {
	case mean <= 0:
		return 0
	case mean > 30:
		return max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64()))
	}
	count, left := 0.0, math.Exp(-mean)
	for p := random.Float64(); p > left; p *= random.Float64() {
		count++
	}
	return count
}

// binomial is how many of n events are of a kind that has a share of them; of
// many by their normal distribution.
func binomial(random *rand.Rand, n, share float64) float64 {
	switch {
	case n <= 0 || share <= 0:
		return 0
	case share >= 1:
		return n
	case n*share < 10:
		return min(n, poisson(random, n*share))
	case n*(1-share) < 10:
		return n - min(n, poisson(random, n*(1-share)))
	}
	return min(n, max(0, math.Round(n*share+math.Sqrt(n*share*(1-share))*random.NormFloat64())))
}
