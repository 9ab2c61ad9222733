package generate

import "slices"

// course is a rate at each step of a test, a minute or an hour. The rates are
// whole numbers, so that sums over them are exact.
type course struct {
	text  notation
	rates []float64 // negative: not measured
}

func (c *course) steady(count int, rate float64) {
	c.text.steady(count, rate)
	c.rates = append(c.rates, slices.Repeat([]float64{rate}, count)...)
}

// rise adds rates that grow by one each.
func (c *course) rise(count int) {
	c.text.set(0)
	c.text.grow(count, 1)
	for i := range count {
		c.rates = append(c.rates, float64(i+1))
	}
}

func (c *course) absent(count int) {
	c.text.absent(count)
	c.rates = append(c.rates, slices.Repeat([]float64{-1}, count)...)
}

// sum adds up the rates at every step in a window that ends at some time and
// leaves its start out.
func (c *course) sum(at, window, step int) (sum float64, count int) {
	for i := at - at%step; i > at-window && i >= 0; i -= step {
		if c.rates[i] >= 0 {
			sum += c.rates[i]
			count++
		}
	}
	return sum, count
}

// halfHour adds up the six rates that stand for half an hour.
func (c *course) halfHour(at int, oldest int) (sum float64) {
	for _, ago := range []int{0, 5, 10, 15, 20, oldest} {
		sum += c.rates[at-ago]
	}
	return sum
}

// courses are the rates of all events and of bad ones.
type courses struct{ total, errors course }

// ratio is that over a number of steps, as tiles of so many steps make it.
func (c *courses) ratio(at, window, step int) float64 {
	bad, _ := c.errors.sum(at, window, step)
	all, _ := c.total.sum(at, window, step)
	return bad / all
}

// halfHourRatio is the ratio over half an hour.
func (c *courses) halfHourRatio(at, oldest int) float64 {
	return c.errors.halfHour(at, oldest) / c.total.halfHour(at, oldest)
}
