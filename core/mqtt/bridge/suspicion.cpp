// Counts against one message at a time.
#include "mqtt/bridge/suspicion.h"

#include <utility>

namespace mqtt {

bool Suspicion::convicts(std::size_t unanswered, Suspect first, std::size_t answered) {
  if (unanswered == 0) return false;
  // Among several the guilty one is not known; but if some were answered, the next connection begins with another.
  if (unanswered == 1 || answered == 0) careful_ = unanswered + 1;
  if (unanswered > 1) return false;
  if (first != suspect_) {
    suspect_ = std::move(first);
    tries_ = 0;
  }
  if (++tries_ < kTries) return false;
  suspect_ = {};
  tries_ = 0;
  return true;
}

}  // namespace mqtt
