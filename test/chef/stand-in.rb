#!/usr/bin/ruby
# Stands in for chef-solo, chef-client and knife, which Debian does not have. It reads the configuration as Ruby, as Chef does, and
# the attributes as JSON, checks that everything they name is there, and writes down what it saw. It cooks nothing.
require 'json'

class Configuration
  attr_reader :settings

  def initialize(path)
    @settings = {}
    instance_eval(File.read(path), path)
  end

  STDOUT = :stdout

  def method_missing(name, *values)
    raise "#{name} takes one value" unless values.length == 1
    @settings[name] = values[0]
  end

  def respond_to_missing?(*)
    true
  end
end

def tree(path)
  Dir.glob("#{path}/**/*").select { |file| File.file?(file) }.to_h { |file| [file.delete_prefix("#{path}/"), File.read(file)] }
end

program = File.basename($0)
arguments = ARGV.dup
seen = { program: program, arguments: ARGV.dup, user: `id -un`.strip }
if program == 'knife'
  config_path = arguments[arguments.index('-c') + 1]
else
  abort "unexpected arguments #{ARGV}" unless arguments.length == 5 && arguments[0] == '--no-color' && arguments[1] == '-c' && arguments[3] == '-j'
  config_path = arguments[2]
  seen[:attributes] = JSON.parse(File.read(arguments[4]))
end
settings = Configuration.new(config_path).settings
seen[:settings] = settings
Array(settings[:cookbook_path]).each { |path| abort "no cookbooks in #{path}" unless File.directory?(path) }
%i[role_path data_bag_path environment_path].each do |name|
  path = settings[name]
  abort "#{name} #{path} is no directory" if path && !File.directory?(path)
end
%i[encrypted_data_bag_secret validation_key].each do |name|
  path = settings[name]
  seen[name] = File.read(path) if path
end
seen[:files] = (Array(settings[:cookbook_path]) + %i[role_path data_bag_path environment_path].map { |n| settings[n] }.compact).to_h { |path| [path, tree(path)] }
File.open(ENV.fetch('STAND_IN_LOG'), 'a') { |log| log.puts(JSON.generate(seen)) }
puts "#{program}: Run List is #{(seen[:attributes] || {})['run_list'].inspect}"
warn "#{program}: to standard error"
exit((seen[:attributes] || {}).fetch('stand_in_exit', 0))
