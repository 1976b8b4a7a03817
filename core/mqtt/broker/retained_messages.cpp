// A retained message is set, replaced and erased, and the journal follows.
#include "mqtt/broker/retained_messages.h"

#include "mqtt/broker/topic_limits.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {

void RetainedMessages::set(std::string_view topic, const Message& message) {
  if (recorder_.is_on() && !is_system_topic(topic)) {
    if (const Message* replaced = trie_.find(topic)) recorder_.release(*replaced);
    recorder_.retained(topic, message);
  }
  if (trie_.insert_or_assign(topic, message) && is_system_topic(topic)) ++system_topics_;
}

void RetainedMessages::erase(std::string_view topic) {
  if (recorder_.is_on()) {
    if (const Message* removed = trie_.find(topic)) recorder_.erase_retained(topic, *removed);
  }
  if (trie_.erase(topic) && is_system_topic(topic)) --system_topics_;
}

Result<void> RetainedMessages::restore(Bytes topic, Bytes value) {
  if (!is_valid_topic_name(as_text(topic))) return damaged_record();
  const auto message = recorder_.restore_retained(value);
  if (!message) return message.error();
  trie_.insert_or_assign(as_text(topic), *message);
  return {};
}

}  // namespace mqtt
