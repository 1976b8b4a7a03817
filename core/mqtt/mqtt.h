// All that an embedder of the core includes: the machines, the packets and the vocabulary.
#pragma once

#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/bridge/bridge.h"
#include "mqtt/broker/broker.h"
#include "mqtt/client/client.h"
#include "mqtt/packet/packet.h"
