// A message -> the part of a journal's record that holds it, and back.
#pragma once

#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/session/message.h"

namespace mqtt {

// A record says when, not in how long: Unix times in milliseconds, which go on while nobody is there.
struct JournalClock {
  std::int64_t unix_time_at_zero = 0;  // of the Instant 0

  std::int64_t to_unix(Instant at) const;
  // A time that no machine has written is as good as the nearest that one could have.
  Instant from_unix(std::int64_t time) const;
};

// When it expires, and the message as a PUBLISH of 5.0.
void write_message(const Message& message, const JournalClock& clock, ByteBuffer& out);
// Takes the rest of what there is to read; an Error if that is no message.
Result<Message> read_message(ByteReader& reader, const JournalClock& clock);

// What is no record of the machine's that is to be restored, or names one that is not there.
Error damaged_record();

}  // namespace mqtt
