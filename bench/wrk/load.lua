-- Sends requests and writes the results as a line of JSON. Run it with one thread, because each
-- thread has its own Lua state. Arguments:
-- page <session cookie>: requests the page of the URL as an operator
-- validate <target file> <SDK key>: each request validates a random device, which repeats the
-- telemetry it sent before
-- update <target file> <SDK key>: like validate, but each device reports an updated app
-- activate <target file> <SDK key> <first target>: each request activates a new device on the next
-- license
-- Each line of the target file is `<product> <license key> <instance ID> <app version>
-- <platform>`, with each field padded with spaces to a fixed length.

local LENGTH = 84
local what, targets, count, sdk_key, place

function init(args)
  what = args[1]
  if what == "page" then
    wrk.headers["Cookie"] = args[2]
    -- The request is always the same, so build it once.
    local page = wrk.format("GET")
    request = function() return page end
    return
  end
  local file = assert(io.open(args[2], "rb"))
  targets = file:read("*a")
  file:close()
  count = #targets / LENGTH
  sdk_key = args[3]
  place = tonumber(args[4] or 0)
  -- A fixed seed would request only pages that earlier rounds have loaded into memory.
  math.randomseed(os.time())
end

local function target(index)
  local start = index * LENGTH
  local product = targets:sub(start + 1, start + 6)
  local key = targets:sub(start + 8, start + 31)
  local instance = targets:sub(start + 33, start + 68)
  local version = targets:sub(start + 70, start + 75)
  local platform = targets:sub(start + 77, start + 83)
  return product:match("%S+"), key, instance, version:match("%S*"), platform:match("%S*")
end

local function hex(digits)
  local parts = {}
  for part = 1, digits / 4 do parts[part] = string.format("%04x", math.random(0, 65535)) end
  return table.concat(parts)
end

function request()
  local headers = {
    ["Content-Type"] = "application/json",
    ["X-Keylight-SDK-Key"] = sdk_key,
  }
  local endpoint, product, key, instance, version, platform, body = "validate"
  if what == "activate" then
    endpoint = "activate"
    product, key = target(place % count)
    place = place + 1
    body = string.format(
      '{"license_key":"%s","instance_name":"Bench device","machine_hash":"%s","app_version":"2.4.1","platform":"linux"}',
      key, hex(64))
  else
    product, key, instance, version, platform = target(math.random(0, count - 1))
    if what == "update" then version = "2.5.0" end
    body = string.format(
      '{"license_key":"%s","instance_id":"%s","app_version":"%s","platform":"%s"}', key, instance, version, platform)
  end
  return wrk.format("POST", "/acme/" .. product .. "/" .. endpoint, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"failed":%d,"refused":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
