"""THE PORT to the durable engine: enqueue by name, steps, take-over of a dead worker's jobs. Knows no story."""
