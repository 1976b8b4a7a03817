// Connections that end without an answer to what they carried -> the message that the remote broker does not get over.
#pragma once

#include <cstddef>
#include <string>

#include "mqtt/client/client.h"

namespace mqtt {

// A message is given up after kTries connections that the remote broker ended, or whose answers could not be read,
// while it alone was unanswered. When several were, the next connection is a careful one: it carries one message after
// the other, so that those that are well pass and the other one stands alone.
class Suspicion {
 public:
  static constexpr unsigned kTries = 3;

  // Whose answer is missing: the token of one of QoS 1 or 2, or the topic of a retained one of QoS 0.
  struct Suspect {
    OperationToken token = kNoToken;
    std::string topic{};
    bool operator==(const Suspect&) const = default;
  };

  // Such a connection: how many messages it left unanswered, the first of them, and how many were answered before.
  // True: that one is to be given up.
  bool convicts(std::size_t unanswered, Suspect first, std::size_t answered);
  void note_answer() { careful_ -= careful_ > 0 ? 1 : 0; }
  bool is_careful() const { return careful_ > 0; }

 private:
  Suspect suspect_;
  unsigned tries_ = 0;       // that it has had
  std::size_t careful_ = 0;  // answers until others may go out beside
};

}  // namespace mqtt
