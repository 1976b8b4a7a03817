// Counts the reads of a phase to choose the next one.
#include "upstream/gathering.h"

namespace wasmqtt {
namespace {

constexpr auto kObservingPhase = std::chrono::milliseconds(1);
constexpr auto kGatheringPhase = std::chrono::milliseconds(10);
constexpr unsigned kManyReads = 20;
constexpr std::size_t kSmallRead = 4096;

}  // namespace

bool Gathering::is_worth_it(std::size_t bytes) {
  const Clock::time_point now = Clock::now();
  if (now >= phase_end_) {
    gathers_ = !gathers_ && reads_ > kManyReads;
    phase_end_ = now + (gathers_ ? Clock::duration(kGatheringPhase) : Clock::duration(kObservingPhase));
    reads_ = 0;
  }
  ++reads_;
  return gathers_ && bytes <= kSmallRead;
}

}  // namespace wasmqtt
