// Set by the packets that say a topic, read by those that do not.
#include "mqtt/connection/incoming_topic_aliases.h"

namespace mqtt {

Result<void> IncomingTopicAliases::resolve(Publish& publish, std::uint16_t alias) {
  if (topics_.size() < alias) topics_.resize(alias);
  std::string& topic = topics_[alias - std::size_t{1}];
  if (!publish.topic.empty()) {
    topic = publish.topic;
  } else if (topic.empty()) {
    return protocol_error("a topic alias that was never set on this connection");
  } else {
    publish.topic = topic;
  }
  return {};
}

}  // namespace mqtt
