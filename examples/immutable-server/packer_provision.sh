#!/bin/bash

set -x

sudo apt update

sudo apt -y install nginx
