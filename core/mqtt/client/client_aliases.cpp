// An application's topic alias -> its topic, or the alias alone where the server knows it.
#include "mqtt/client/client_aliases.h"

#include "mqtt/topic/topic_name.h"

namespace mqtt {

Result<void> ClientAliases::resolve(Publish& publish, bool goes_now, bool is_connected) const {
  const auto alias = publish.properties.topic_alias;
  if (alias && is_connected) {
    if (*alias == 0 || *alias > maximum_) {
      return caller_misuse(ReasonCode::TopicAliasInvalid,
                           "a topic alias of 0 or above the server's Topic Alias Maximum");
    }
    if (publish.topic.empty() && *alias <= topics_.size()) {
      const Given& known = topics_[*alias - std::size_t{1}];
      if (goes_now && known.is_told) return {};
      publish.topic = known.topic;
    }
  }
  if (automatic_.maximum() > 0 || !goes_now) publish.properties.topic_alias.reset();
  if (!is_valid_topic_name(publish.topic)) return kInvalidTopicName;
  return {};
}

void ClientAliases::remember(std::uint16_t alias, std::string_view topic, bool is_told) {
  if (topics_.size() < alias) topics_.resize(alias);
  Given& known = topics_[alias - std::size_t{1}];
  if (known.topic == topic) {
    known.is_told = known.is_told || is_told;
  } else {
    known = {.topic = std::string(topic), .is_told = is_told};
  }
}

}  // namespace mqtt
