// Publishers that wait until a client has caught up with what they sent it.
#pragma once

#include <cstddef>

#include "mqtt/base/time.h"
#include "mqtt/session/ring_queue.h"

namespace mqtt {

struct Connection;

struct Hold {
  RingQueue<Connection*> publishers;  // whose turn comes first, first
  std::size_t taken = 0;              // messages that the client took out of its queue since it was last judged
  Instant judged_at;                  // when it must have shown again that it keeps up
};

}  // namespace mqtt
