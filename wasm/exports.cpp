// The machines as JavaScript sees them: four functions of numbers, and linear memory. Compiled into both modules;
// make_machines() tells them apart. js/src/engine/module.ts declares the same.
#include <emscripten.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "machines.h"

namespace wasmqtt {
namespace {

// Each instance of a module has one set of machines, which lives as long as its memory.
Machines& machines = *make_machines().release();

}  // namespace
}  // namespace wasmqtt

extern "C" {

EMSCRIPTEN_KEEPALIVE std::uint8_t* reserve(std::uint32_t bytes) {
  return wasmqtt::machines.reserve(bytes);
}

// Instants cross as doubles, so that a day count of decades and `never` (Infinity) fit.
EMSCRIPTEN_KEEPALIVE double step(std::uint32_t length, double now) {
  const mqtt::Instant deadline =
      wasmqtt::machines.step(length, mqtt::Instant(mqtt::Duration(static_cast<std::int64_t>(now))));
  if (deadline == mqtt::kNever) return std::numeric_limits<double>::infinity();
  return static_cast<double>(deadline.time_since_epoch().count());
}

EMSCRIPTEN_KEEPALIVE const wasmqtt::StepResults* results() {
  return &wasmqtt::machines.results();
}

EMSCRIPTEN_KEEPALIVE const double* statistics() {
  return wasmqtt::machines.statistics();
}

}  // extern "C"
