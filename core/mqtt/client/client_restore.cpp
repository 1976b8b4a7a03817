// The journal's records -> the session that an earlier process had, as if it had only lost its connection.
#include <utility>

#include "mqtt/client/client_state.h"

namespace mqtt {

Result<void> Client::State::restore(Bytes key, Bytes value) {
  if (!restoring_ || key.empty()) return damaged_record();
  const Bytes rest = key.subspan(1);
  switch (key[0]) {
    case '0':
      return recorder_.restore_version(value);
    case '1':
      return restore_message(rest, value);
    case '2': {
      const auto identifier = recorder_.restore_incoming_qos2(rest);
      if (!identifier) return identifier.error();
      incoming_qos2_.insert(*identifier);
      return {};
    }
    default:
      return damaged_record();
  }
}

Result<void> Client::State::restore_message(Bytes key, Bytes value) {
  auto restored = recorder_.restore_message(key, value);
  if (!restored) return restored.error();
  if (restored->identifier == 0) {
    queue_.push_before({.token = kNoToken,
                        .record = restored->number,
                        .message = std::move(restored->message),
                        .subscription = nullptr});
    return {};
  }
  // Identifiers are given out in turn, so one that was given twice is none of ours.
  if (in_flight_.find(restored->identifier) != nullptr) return damaged_record();
  const QoS qos = restored->message ? restored->message.qos() : QoS::ExactlyOnce;
  const bool retain = restored->message && restored->message.retain();
  in_flight_.restore(restored->identifier,
                     {.message = std::move(restored->message),
                      .record = restored->number,
                      .subscription_identifiers = {},
                      .qos = qos,
                      .retain = retain},
                     restored->state);
  return {};
}

// What was published before all was restored goes behind it.
void Client::State::finish_restoring() {
  if (!std::exchange(restoring_, false)) return;
  recorder_.finish_restoring();
  queue_.put_before([this](Wish& wish) { record_waiting(wish); });
}

}  // namespace mqtt
